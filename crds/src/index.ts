export type * from './generated/types.js';
export type { ObjectMeta } from './meta.js';
export { formatPath, type PathStep, type Problem } from './problem.js';
export {
  loadObjects,
  type LoadedObjects,
  type PosternObject,
  type Source,
  type SourceFile,
} from './load.js';
