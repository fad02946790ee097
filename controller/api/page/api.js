// SPDX-License-Identifier: Apache-2.0
//
// The API of the daemon that served the page.

const TOKEN = "sipsteer-token"; // in sessionStorage: this tab's alone, gone when it is closed
const PATIENCE_MILLISECONDS = 5000;

/** Why the API did not do what it was asked. `status` 0: there was no answer. */
export class ApiError extends Error {
  /** `isAboutAccess`: another token may help. */
  constructor(status, detail, isAboutAccess = false) {
    super(detail);
    this.status = status;
    this.isAboutAccess = isAboutAccess;
  }
}

export function token() {
  return sessionStorage.getItem(TOKEN) ?? "";
}

export function setToken(text) {
  if (text === "") {
    sessionStorage.removeItem(TOKEN);
  } else {
    sessionStorage.setItem(TOKEN, text);
  }
}

/** A path; each value is percent-encoded: path`/v1/pools/${pool}`. */
export function path(texts, ...values) {
  return texts.reduce((done, text, place) => done + encodeURIComponent(values[place - 1]) + text);
}

async function failure(response) {
  const problem = await response.json().catch(() => ({}));
  const details = (problem.errors ?? []).map((error) => `${error.pointer}: ${error.detail}`);
  const said = [problem.detail ?? `status ${response.status}`, ...details].join("; ");
  const detail = response.status === 401 ? (token() ? "The token is not valid" : "The API needs a token") : said;
  return new ApiError(response.status, detail, response.headers.has("WWW-Authenticate")); // RFC 6750, 3
}

/** The response, if its status says success; throws ApiError. `signal` ends it; without one it has 5 s. */
export async function ask(target, { method = "GET", headers = {}, body, signal } = {}) {
  const all = { ...headers };
  if (token()) {
    all.Authorization = `Bearer ${token()}`;
  }
  let response;
  try {
    response = await fetch(target, {
      method, headers: all, body, cache: "no-store",
      signal: signal ?? AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
  } catch (error) {
    throw new ApiError(0, error.name === "TimeoutError" ? "no answer in time" : "no answer");
  }
  if (!response.ok) {
    throw await failure(response);
  }
  return response;
}

export async function get(target) {
  const response = await ask(target);
  try {
    return await response.json();
  } catch {
    throw new ApiError(0, "the answer is incomplete");
  }
}
