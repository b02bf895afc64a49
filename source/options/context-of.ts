import type {ParameterizedContext} from 'koa';
import type {GateState} from '../context.ts';

/** The `ctx` that functions among the options receive: with the app's own state, and what the gate adds. */
export type ContextOf<State> = ParameterizedContext<State & {readonly gatekeeper: GateState}>;
