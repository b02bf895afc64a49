import {trimName} from '../text/trim-name.ts';
import {searchFor} from '../view/names.ts';

/** Searches without loading the page anew. @param onSearch shows what is found */
export function searchInPlace(onSearch: () => Promise<void>): void {
	const field = document.querySelector<HTMLInputElement>('#search');

	async function goTo(query: string): Promise<void> {
		window.history.pushState(null, '', query);
		await follow();
		document.getElementById('found-title')?.focus();
	}

	async function follow(): Promise<void> {
		if (field !== null) {
			field.value = new URLSearchParams(location.search).get('client') ?? '';
		}

		await onSearch();
	}

	document.addEventListener('submit', event => {
		if (event.target instanceof HTMLFormElement && event.target.id === 'search-form') {
			event.preventDefault();
			const text = trimName(field?.value ?? '');
			void goTo(text === '' ? '?' : searchFor(text));
		}
	});
	document.addEventListener('click', event => {
		const link = event.target instanceof Element ? event.target.closest('a') : null;
		const href = link?.getAttribute('href') ?? '';
		const isPlain =
			event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
		if (isPlain && href.startsWith('?') && !link?.hasAttribute('data-ban')) {
			event.preventDefault();
			void goTo(href.replace(/#.*/, ''));
		}
	});
	window.addEventListener('popstate', () => void follow());
}
