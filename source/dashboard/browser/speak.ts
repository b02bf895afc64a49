let lastLevel: string | undefined;

/** Has a screen reader say something, after what it says now. */
export function speak(text: string): void {
	const place = document.getElementById('spoken');
	if (place !== null) {
		place.textContent = text;
	}
}

/** Has it say the headline when the level changes, not at each number. */
export function speakHeadline(): void {
	const headline = document.getElementById('headline');
	const level = headline?.dataset.level;
	if (lastLevel !== undefined && level !== lastLevel) {
		speak(headline?.textContent ?? '');
	}

	lastLevel = level;
}
