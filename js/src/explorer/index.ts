export { Explorer } from './explorer';
export type { ExactRequest, ExplorerHooks, Selection } from './explorer';
