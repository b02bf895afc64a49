/*
 * When processes notice that somebody has removed or replaced their file, or its lock file; in milliseconds.
 */

/** Between two looks at the names. */
export const LOOK_EVERY = 1000;

/** By then, all processes have noticed, and have let go of the file: the sweep looks four times a second. */
export const NOTICED_WITHIN = LOOK_EVERY + 500;

/**
 * Before a file is opened again that could not be used. By then, no process has it open. Only then does LMDB read anew
 * what it keeps in the lock file.
 */
export const REOPENED_AFTER = 2 * LOOK_EVERY;
