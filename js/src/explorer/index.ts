export { Explorer } from './explorer';
export type { ExplorerHooks, Message, Selection } from './explorer';
