/** Where the checkout is. Free of dependencies: it is read before anything is installed. */
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
