export {type CollectOptions, collect} from './prometheus/collect.ts';
