export { hosts } from './hosts';
export { replaceOutput } from './outputs';
export { DistantPlane, DistantTraining, type DistantView } from './views';
export { DistantWidget } from './widget';
