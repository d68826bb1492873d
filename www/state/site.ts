/** Where this page lies. Every address is relative to it, so that the folder works under any path. */

/** The address of something beside the page. */
export function beside(path: string): string {
  return new URL(path, document.baseURI).href;
}

/** The mock provider's base URL. */
export const MOCK_URL = beside('mock/v1');

/** Whether an address is this page's own origin. */
export function isOurs(address: string): boolean {
  return new URL(address).origin === location.origin;
}
