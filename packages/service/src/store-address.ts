/** Where the store is, with the password that came by another variable than the URL. */

/** The URL to connect to; a password of its own goes before one in the URL. */
export function storeAddress(config: {
  readonly redisUrl: string;
  readonly redisPassword?: string | undefined;
}): string {
  if (config.redisPassword === undefined) return config.redisUrl;
  const url = new URL(config.redisUrl);
  url.password = encodeURIComponent(config.redisPassword);
  return url.href;
}
