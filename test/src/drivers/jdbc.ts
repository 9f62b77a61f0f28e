import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, run, works } from '../harness/program.js';
import { root } from '../harness/root.js';
import type { Driver, Transcript } from './driver.js';

const version = '42.7.8';
const home = join(root, '.cache', 'jdbc');
const jar = join(home, `postgresql-${version}.jar`);
const classes = join(home, 'classes');
const source = join(root, 'test', 'drivers', 'JdbcSession.java');

const prepare = async (): Promise<string | undefined> => {
  if (!(await works('javac', ['-version']))) return 'no javac: install a JDK, 17 or later';
  await mkdir(home, { recursive: true });
  try {
    await access(jar);
  } catch {
    // not fetched yet
    if (!(await works('mvn', ['--version']))) return 'no mvn to fetch the driver with';
    const fetched = await run(
      'mvn',
      [
        ...['--quiet', '--batch-mode', 'dependency:copy', `-DoutputDirectory=${home}`],
        `-Dartifact=org.postgresql:postgresql:${version}`,
      ],
      { cwd: home, timeout: 180_000 },
    );
    if (fetched.code !== 0) return `the driver could not be fetched: ${fetched.stdout.slice(-500)}`;
  }
  await mustRun('javac', ['-cp', jar, '-d', classes, source]);
  return undefined;
};

export const jdbc: Driver = {
  name: 'JDBC',
  prepare,
  run: async ({ host, port, user, password, database }, part) => {
    const url = `jdbc:postgresql://${host}:${port}/${database}`;
    const ran = await mustRun(
      'java',
      [
        ...['-XX:TieredStopAtLevel=1', '-Duser.timezone=UTC', '-Dfile.encoding=UTF-8'],
        ...['-Dstdout.encoding=UTF-8', '-cp', `${jar}:${classes}`],
        ...['JdbcSession', url, user, password, part],
      ],
      { timeout: 60_000 },
    );
    return JSON.parse(ran.stdout) as Transcript;
  },
};
