// Signing in: a key in the address's fragment, which no server sees, is traded for a cookie that no script can read.

/** Raised when the gateway does not know a key or token. */
export class Refused extends Error {}

/**
 * Who is signed in, or null. A key in the fragment is used first, and is gone from the address before anything else happens.
 * @returns {Promise<{app_id: string | null, message_id: string | null, grants: string[]} | null>}
 */
export async function whoIsSignedIn() {
  const key = takeKey();
  if (key) {
    try {
      return await signIn(key);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
  const answer = await fetch("/v1/session");
  if (answer.status === 401 || answer.status === 403) return null;
  if (!answer.ok) throw new Error(await reasonOf(answer));
  return answer.json();
}

/** Trade a key or token for the cookie. */
export async function signIn(key) {
  const answer = await fetch("/v1/session", { method: "POST", headers: { Authorization: `Bearer ${key}` } });
  if (answer.status === 401 || answer.status === 403) throw new Refused(await reasonOf(answer));
  if (!answer.ok) throw new Error(await reasonOf(answer));
  return answer.json();
}

export async function signOut() {
  await fetch("/v1/session", { method: "DELETE" });
  location.assign("/");
}

/** What a problem says, in its own words. */
export async function reasonOf(answer) {
  const problem = await answer.json().catch(() => null);
  return problem?.detail ?? `the gateway answered ${answer.status}`;
}

function takeKey() {
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  if (key) history.replaceState(history.state, "", location.pathname + location.search);
  return key;
}
