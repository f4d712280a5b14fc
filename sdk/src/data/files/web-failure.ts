/** A server's answer that is no file. */

/** Tells the status and what it means to a person who wants the file. */
export class WebFailure extends Error {
  constructor(readonly status: number) {
    super(`the server answered with status ${status}${meaningOf(status)}`);
  }
}

function meaningOf(status: number): string {
  if (status === 401 || status === 403) return ": it wants other credentials, or none are allowed to read this";
  if (status === 404 || status === 410) return ": there is no such file";
  if (status === 412) return ": the file changed while it was read";
  if (status === 429) return ": too many requests, even after waiting";
  return status >= 500 ? ": it failed, even when asked again" : "";
}
