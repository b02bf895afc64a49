export {LocalStore} from './stores/local/local-store.ts';
export type {LocalStoreOptions} from './stores/local/options.ts';
