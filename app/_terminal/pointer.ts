/** With a mouse the terminal may take the keyboard by itself; on a touch screen that would open the on-screen one. */
export const hasFinePointer = (): boolean => matchMedia('(pointer: fine)').matches;
