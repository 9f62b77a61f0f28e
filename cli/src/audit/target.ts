import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CliError, messageOf, systemCode } from '../errors.js';

export interface TargetOptions {
  readonly collector?: string;
  readonly data?: string;
}

/** Where the record is read. */
export interface Target {
  /** host:port of the collector's gRPC service */
  readonly address: string;
  /** the log's key as the start of the collector told it; undefined: not known from elsewhere */
  readonly verifierKey: string | undefined;
}

export const addTargetOptions = (command: Command): Command =>
  command
    .option('--collector <host:port>', 'gRPC address of the collector (default: POSTERN_COLLECTOR)')
    .option('--data <dir>', 'data folder of a running postern dev, which knows the address');

/**
 * `--collector` wins over `--data`, `--data` over the environment.
 *
 * @throws CliError `no-collector` | `bad-address` | `collector-unreachable`
 */
export const findTarget = async (
  options: TargetOptions,
  fromEnvironment: string | undefined,
): Promise<Target> => {
  if (options.collector !== undefined) {
    return { address: checked(options.collector, '--collector'), verifierKey: undefined };
  }
  if (options.data !== undefined) return readRunFile(options.data);
  if (fromEnvironment !== undefined) {
    return { address: checked(fromEnvironment, 'POSTERN_COLLECTOR'), verifierKey: undefined };
  }
  throw new CliError(
    'no-collector',
    'no collector named',
    'name it with --collector HOST:PORT or POSTERN_COLLECTOR, or give --data DIR of a running postern dev',
  );
};

const checked = (text: string, from: string): string => {
  const address = text.trim().replace(/^(grpc|dns):\/\//, '');
  const port = Number(/^(?:\[[^\]]+\]|[^:[\]/\s]+):(\d{1,5})$/.exec(address)?.[1]);
  if (port > 0 && port < 65536) return address;
  throw new CliError(
    'bad-address',
    `${from} ${JSON.stringify(text)}: not HOST:PORT`,
    'give the gRPC address that postern dev prints, for example --collector 127.0.0.1:4317',
  );
};

const readRunFile = async (directory: string): Promise<Target> => {
  const path = join(directory, 'dev.json');
  const stopped = new CliError(
    'no-collector',
    `no postern dev runs on ${directory}`,
    'start it with --data on that folder, or name a collector with --collector HOST:PORT',
  );
  let facts: unknown;
  try {
    facts = JSON.parse(await readFile(path, 'utf8'));
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') throw stopped;
    throw new CliError(
      'no-collector',
      `cannot read ${path}: ${messageOf(thrown)}`,
      'name the collector with --collector HOST:PORT',
      { cause: thrown },
    );
  }
  const collector = field(facts, 'collector');
  const grpc = field(collector, 'grpc');
  const key = field(collector, 'verifierKey');
  if (typeof grpc !== 'string' || grpc === '') throw stopped;
  return {
    address: checked(grpc, path),
    verifierKey: typeof key === 'string' && key !== '' ? key : undefined,
  };
};

const field = (from: unknown, name: string): unknown =>
  typeof from === 'object' && from !== null ? (Reflect.get(from, name) as unknown) : undefined;
