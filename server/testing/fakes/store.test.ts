import { describeStoreContract } from '../contracts/store.contract.ts';
import { createFakeStore } from './store.ts';

describeStoreContract('the fake', ({ nowMs }) => {
  const store = createFakeStore({ nowMs });
  return { store, dispose: () => store.close() };
});
