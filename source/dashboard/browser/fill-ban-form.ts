/** Has the link of a client's card fill the form for bans, without a new page. */
export function fillBanForm(): void {
	document.addEventListener('click', event => {
		const link = event.target instanceof Element ? event.target.closest('a[data-ban]') : null;
		const field = document.querySelector<HTMLInputElement>('#ban-client');
		const type = document.querySelector<HTMLSelectElement>('#ban-kind');
		if (link === null || field === null || type === null || event.defaultPrevented) {
			return;
		}

		event.preventDefault();
		field.value = link.getAttribute('data-ban') ?? '';
		type.value = 'address';
		field.focus();
		field.scrollIntoView({block: 'center'});
	});
}
