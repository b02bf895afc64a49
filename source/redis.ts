export type {RedisClient} from './stores/redis/connection/connect.ts';
export type {RedisStoreOptions} from './stores/redis/options.ts';
export {RedisStore} from './stores/redis/redis-store.ts';
