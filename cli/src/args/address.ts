import { CliError } from '../errors.js';

export interface Address {
  /** without brackets */
  readonly host: string;
  /** 0: the system chooses */
  readonly port: number;
}

const wrong = (text: string, why: string): CliError =>
  new CliError(
    'bad-address',
    `--listen ${JSON.stringify(text)}: ${why}`,
    'write HOST:PORT, for example --listen 127.0.0.1:6432 (port 0 lets the system choose)',
  );

/**
 * `HOST:PORT`, `[IPV6]:PORT`, `:PORT` or `PORT` (loopback).
 *
 * @throws CliError `bad-address`
 */
export const parseAddress = (text: string): Address => {
  const form = /^(?:\[([^\]]+)\]:|([^:[\]]*):)?(\d+)$/.exec(text);
  if (!form) throw wrong(text, 'not HOST:PORT');
  const port = Number(form[3]);
  if (port > 65535) throw wrong(text, `port ${port} is beyond 65535`);
  const host = form[1] ?? form[2] ?? '';
  return { host: host === '' ? '127.0.0.1' : host, port };
};

/** IPv6 hosts in brackets, as a URL wants them. */
export const formatAddress = ({ host, port }: Address): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
