import fc from 'fast-check';

/**
 * Any code point, as a unit of `fc.string`. fast-check's own unit `'binary'` lists them all first, which takes
 * most of a second.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
	.nat(0x10_ffff)
	.map(codePoint => String.fromCodePoint(codePoint));
