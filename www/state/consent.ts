/** Whether this tab may call providers directly: asked once, remembered until the tab closes. */
import { ask } from '../ui/dialog';

const ITEM = 'ductape-direct-access';

export function hasConsent(): boolean {
  return sessionStorage.getItem(ITEM) === 'yes';
}

export function withdrawConsent(): void {
  sessionStorage.removeItem(ITEM);
}

/** Asks where it was not asked before. `host` is where the request would go. */
export async function consentTo(host: string): Promise<boolean> {
  if (hasConsent()) return true;
  const agreed = await ask({
    title: `Call ${host} from this page?`,
    text: [
      'For this call the API key is opened inside this page and sent to the provider. While that happens, every script of the page and every browser extension could read it.',
      'Fine for a key of your own with a low limit. For everybody else, make calls on a server.',
      'Agreeing holds for this tab, until it is closed.',
    ],
    action: 'Allow direct access',
  });
  if (agreed) sessionStorage.setItem(ITEM, 'yes');
  return agreed;
}
