/** Where sockets are opened. Apart from their messages (`socket.ts`), so that who only watches the door loads no schema. */
export const SOCKET_PATH = '/socket.io';
