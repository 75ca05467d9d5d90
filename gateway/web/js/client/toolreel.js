/** The version of this client; pages of one version share a worker. */
export const VERSION = "1";
