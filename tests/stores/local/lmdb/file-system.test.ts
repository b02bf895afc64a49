import test from 'ava';
import {isCopyOnWrite} from '../../../../source/stores/local/lmdb/file-system.ts';
import {newPath} from '../../../support/local/opened.ts';

test('file systems with copy-on-write are known by their numbers', t => {
	const names = {btrfs: 0x9123683e, zfs: 0x2fc12fc1, bcachefs: 0xca451a4e};
	for (const type of Object.values(names)) {
		t.true(isCopyOnWrite('/', () => type));
	}

	for (const type of [0xef53, 0x58465342, 0x01021994, 0x794c7630]) {
		t.false(
			isCopyOnWrite('/', () => type),
			'ext4, XFS, tmpfs, overlay',
		);
	}

	t.false(isCopyOnWrite(`${newPath()}/nothing`));
});
