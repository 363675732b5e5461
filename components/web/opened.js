// Which items this browser opened last, for Home to go on with (state/opened.py).

const NAME = 'freshet_opened';
const MOST = 6;
const DAYS = 30;

/** `mediaId` is being looked at: it goes to the front. */
export function noteOpened(mediaId) {
  if (!mediaId) return;
  const held = document.cookie.split('; ').find((cookie) => cookie.startsWith(`${NAME}=`)) ?? '';
  const others = held.slice(NAME.length + 1).split('.').filter((id) => id && id !== mediaId);
  const ids = [mediaId, ...others].slice(0, MOST).join('.');
  document.cookie = `${NAME}=${ids}; path=/; max-age=${DAYS * 86400}; samesite=lax`;
}
