/** Parts of both syntaxes, and text that looks like them. */
export const hostile = [
	...[',', ',,', ';', '=', '"', '\\', '\\"', '\\\\', ':', '::', '[', ']', '.', ' ', '\t', '%eth0'],
	...['0', '00', '1', 'f', 'x', '_', '-', '/64', ':80', ':_a', ':99999', '\u00a0', '\u0085', 'é'],
	...['for=', ';for=1.2.3.4', ', for=1.2.3.4', ',1.2.3.4', 'unknown', '_hidden', 'a="', ';b="'],
	...['1.2.3.4', '127.0.0.1', '127.1', '[::1]', '::1', '::ffff:1.2.3.4'],
	...['::ffff:01.2.3.4', '"a,b"'],
];

/** Every character that a header can contain in Node. */
export const legal = Array.from({length: 256}, (_none, code) => code)
	.filter(code => code === 9 || (code >= 0x20 && code !== 0x7f))
	.map(code => String.fromCharCode(code));
