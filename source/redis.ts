export type {RedisClient} from './stores/redis/connection/connect.ts';
export {RedisStore, type RedisStoreOptions} from './stores/redis/redis-store.ts';
