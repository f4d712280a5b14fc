/** Finds a model's or a data set's id on the hub in the path or address that it was loaded from. */

const part = "[A-Za-z0-9][\\w.-]*?";
const plainId = new RegExp(`^${part}/[\\w.-]+$`);
const cacheFolder = new RegExp(`(?:^|[/\\\\])models--(${part})--([\\w.-]+?)(?:[/\\\\]|$)`);
const datasetAddress = new RegExp(`^(?:https://huggingface\\.co|hf:/)/datasets/(${part}/[\\w.-]+?)(?:[@/]|$)`);

/** "Org/Name" of that id itself or of a folder in the hub's cache, ".../models--Org--Name/snapshots/..."; else undefined. */
export function hubModelId(loadableFrom = ""): string | undefined {
  if (plainId.test(loadableFrom)) return loadableFrom;
  const found = cacheFolder.exec(loadableFrom);
  return found === null ? undefined : `${found[1]}/${found[2]}`;
}

/** "org/name" of an address of a file of a data set on the hub; else undefined. */
export function hubDatasetId(name: string): string | undefined {
  return datasetAddress.exec(name)?.[1];
}
