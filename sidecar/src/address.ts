export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Splits host:port; `[::1]:5432` too. */
export function splitAddress(text: string): Address {
  const at = text.lastIndexOf(':');
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
}

/** host:port; an IPv6 address stands in brackets. */
export const joinAddress = ({ host, port }: Address): string =>
  `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
