/** Where a data file lies: on disk, on the web, or in a data set of the Hugging Face hub. */
import { fileURLToPath } from "node:url";
import { OptionsError } from "../../errors.js";

/** A place that a file can be read from. `name` is what errors and reports call it, without secrets. */
export type Location =
  | { readonly kind: "disk"; readonly name: string; readonly path: string }
  | { readonly kind: "web"; readonly name: string; readonly url: URL }
  | {
      readonly kind: "hub";
      readonly name: string;
      /** Owner and name of the data set. */
      readonly repository: string;
      /** Branch, tag or commit; undefined for "main". */
      readonly revision: string | undefined;
      readonly path: string;
    };

/**
 * Reads a path, or a URL with file:, http:, https: or hf:.
 *
 * On the hub a file is "hf://owner/name/path/in/repository" or "hf://datasets/owner/name@revision/path". Throws
 * OptionsError for another kind of URL.
 */
export function locate(place: string | URL): Location {
  const text = place.toString();
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined && typeof place === "string") return { kind: "disk", name: place, path: place };
  if (scheme === "file") return onDisk(fileURLToPath(text));
  if (scheme === "http" || scheme === "https") return onTheWeb(text);
  if (scheme === "hf") return onTheHub(text);
  throw unreadable(text, "a path, or a URL that starts with file://, http://, https:// or hf://");
}

function onDisk(path: string): Location {
  return { kind: "disk", name: path, path };
}

function onTheWeb(text: string): Location {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== "" || url.password !== "") {
    throw unreadable(url === undefined ? text : url.origin, "a URL without a user name and password");
  }
  // The query of a signed URL is a secret.
  return { kind: "web", name: url.origin + url.pathname, url };
}

function onTheHub(text: string): Location {
  const match = /^hf:\/\/(?:datasets\/)?([^/@]+\/[^/@]+)(?:@([^/]+))?\/(.+)$/i.exec(text);
  const [, repository, revision, path] = match ?? [];
  if (repository === undefined || path === undefined) {
    throw unreadable(text, "hf://owner/name/path/of/file, with @revision after the name if need be");
  }
  return { kind: "hub", name: text, repository, revision: revision && decodeURIComponent(revision), path };
}

function unreadable(found: string, wanted: string): OptionsError {
  return new OptionsError({
    code: "invalid-options",
    what: "This is no place that data can be read from.",
    found: JSON.stringify(found),
    wanted,
  });
}
