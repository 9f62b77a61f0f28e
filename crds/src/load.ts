import {
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
} from 'yaml';
import type { AccessRequest, Database, DatabaseAccessPolicy } from './generated/types.js';
import { schemas } from './generated/schemas.js';
import { metadataSchema } from './metadata.js';
import { formatPath, type PathStep, type Problem } from './problem.js';
import type { Schema } from './schema.js';
import { violations, withDefaults } from './validate.js';

export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** Finds the place of a field, so that later checks can point at it too. */
export interface Source {
  readonly file: string;
  /** The place of the field, or of the closest one around it that is there. */
  place(path: readonly PathStep[]): { readonly line: number; readonly column: number };
  /**
   * For a text written as a block or plain scalar: the file's line and column of one of the text's.
   *
   * @param line   of the text, from 1
   * @param column of the text, from 1
   */
  within(
    path: readonly PathStep[],
    line: number,
    column: number,
  ): { readonly line: number; readonly column: number };
}

export type PosternObject = Database | DatabaseAccessPolicy | AccessRequest;

export interface LoadedObjects {
  readonly databases: readonly Database[];
  readonly policies: readonly DatabaseAccessPolicy[];
  readonly accessRequests: readonly AccessRequest[];
  readonly problems: readonly Problem[];
  /** objects of other kinds, which are left alone */
  readonly notices: readonly Problem[];
  /** where an object of the lists above was read */
  sourceOf(object: PosternObject): Source | undefined;
}

/**
 * Reads the objects of YAML files as `kubectl apply` would take them: the same schemas, rules and
 * defaults, each problem with its file, line and field. Objects with problems are left out.
 * Never throws for what a file can hold.
 */
export const loadObjects = (files: readonly SourceFile[]): LoadedObjects => {
  const databases: Database[] = [];
  const policies: DatabaseAccessPolicy[] = [];
  const accessRequests: AccessRequest[] = [];
  const problems: Problem[] = [];
  const notices: Problem[] = [];
  const sources = new Map<PosternObject, Source>();
  const names = new Map<string, string>();

  for (const { name: file, text } of files) {
    const lines = new LineCounter();
    const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
    if (!Array.isArray(documents)) continue;
    for (const document of documents) {
      const source = sourceIn(file, text, document, lines);
      const report = (path: readonly PathStep[], message: string): void => {
        problems.push({ file, ...source.place(path), path: formatPath(path), message });
      };
      if (document.errors.length > 0) {
        for (const error of document.errors) {
          const { line, col } = lines.linePos(error.pos[0]);
          problems.push({ file, line, column: col, path: '', message: yamlMessage(error, line) });
        }
        continue;
      }
      let value: unknown;
      try {
        value = document.toJS({ maxAliasCount: 100 });
      } catch (cause) {
        report(
          [],
          `error converting YAML to JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
        );
        continue;
      }
      if (value === null || value === undefined) continue;
      if (typeof value !== 'object' || Array.isArray(value)) {
        report([], 'an object with apiVersion, kind, metadata and spec is expected');
        continue;
      }
      const { apiVersion, kind } = value as { apiVersion?: unknown; kind?: unknown };
      if (typeof kind !== 'string' || kind === '') {
        report(['kind'], 'Required value: kind must not be empty');
        continue;
      }
      if (typeof apiVersion !== 'string' || apiVersion === '') {
        report(['apiVersion'], 'Required value: apiVersion must not be empty');
        continue;
      }
      const known = Object.hasOwn(schemas, kind) ? schemas[kind] : undefined;
      if (!apiVersion.startsWith('postern.dev/') && !meansOurs(kind, apiVersion)) {
        notices.push({
          file,
          ...source.place(['kind']),
          path: 'kind',
          message: `${kind} (${apiVersion}) is not ours and is left alone`,
        });
        continue;
      }
      if (known?.apiVersion !== apiVersion) {
        report(
          [known ? 'apiVersion' : 'kind'],
          `no matches for kind "${kind}" in version "${apiVersion}": known are ${Object.keys(schemas).join(', ')} in version "postern.dev/v1alpha1"`,
        );
        continue;
      }
      const schema = objectSchema(known.schema);
      const found = violations(withDefaults(value, schema), schema, []);
      for (const { path, message } of found) report(path, message);
      if (found.length > 0) continue;
      const object = named(withDefaults(value, schema) as PosternObject);
      const id = `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
      const first = names.get(id);
      const { line } = source.place(['metadata', 'name']);
      if (first !== undefined) {
        report(
          ['metadata', 'name'],
          `Duplicate value: "${object.metadata.name}": ${id} is already in ${first}`,
        );
        continue;
      }
      names.set(id, `${file}:${line}`);
      sources.set(object, source);
      if (object.kind === 'Database') databases.push(object);
      else if (object.kind === 'DatabaseAccessPolicy') policies.push(object);
      else accessRequests.push(object);
    }
  }
  return {
    databases,
    policies,
    accessRequests,
    problems,
    notices,
    sourceOf: (object) => sources.get(object),
  };
};

/** Others have a kind Database too, but hardly one without a group; nobody else has a DatabaseAccessPolicy. */
const meansOurs = (kind: string, apiVersion: string): boolean =>
  Object.hasOwn(schemas, kind) && (kind !== 'Database' || !apiVersion.includes('/'));

const objectSchema = (schema: Schema): Schema => ({
  ...schema,
  required: ['metadata', ...(schema.required ?? [])],
  properties: { ...schema.properties, metadata: metadataSchema },
});

/** Where kubectl would put an object that names no namespace. */
const named = (object: PosternObject): PosternObject => ({
  ...object,
  metadata: { ...object.metadata, namespace: object.metadata.namespace ?? 'default' },
});

const yamlMessage = (
  error: { readonly code: string; readonly message: string },
  line: number,
): string =>
  error.code === 'DUPLICATE_KEY'
    ? `strict decoding error: yaml: line ${line}: a key is given twice in the same map`
    : `error converting YAML to JSON: yaml: line ${line}: ${error.message}`;

const sourceIn = (file: string, text: string, document: Document, lines: LineCounter): Source => {
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  return {
    file,
    place: (path) => at(offsetOf(document, path)),
    within: (path, line, column) => {
      const node = document.getIn(path, true);
      if (!isScalar(node) || !node.range) return at(offsetOf(document, path));
      const start = at(node.range[0]);
      if (node.type !== 'BLOCK_LITERAL' && node.type !== 'BLOCK_FOLDED') return start;
      const header = start.line;
      const all = text.split('\n');
      const body = all.slice(header).find((l) => l.trim() !== '') ?? '';
      return { line: header + line, column: body.length - body.trimStart().length + column };
    },
  };
};

/** Offset of the key (or item) that a path names; of the innermost one there is, when it is not there. */
const offsetOf = (document: Document, path: readonly PathStep[]): number => {
  let node: unknown = document.contents;
  let offset = rangeOf(node) ?? document.range?.[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (it) => isPair(it) && isScalar(it.key) && String(it.key.value) === String(step),
      );
      if (!pair) return offset;
      offset = rangeOf(pair.key) ?? offset;
      node = pair.value;
    } else {
      const item: unknown = isSeq(node) && typeof step === 'number' ? node.items[step] : undefined;
      if (item === undefined) return offset;
      node = item;
      offset = rangeOf(item) ?? offset;
    }
  }
  return offset;
};

const rangeOf = (node: unknown): number | undefined =>
  typeof node === 'object' && node !== null ? (node as Node).range?.[0] : undefined;
