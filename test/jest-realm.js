// Jest runs tests in a realm of their own, where an error made by Node itself is not an instance of the
// realm's Error. The code under test may rely on `instanceof Error`, as it can outside of Jest.
import { types } from 'node:util';

const ordinary = Function.prototype[Symbol.hasInstance];

Object.defineProperty(Error, Symbol.hasInstance, {
  value(candidate) {
    return ordinary.call(this, candidate) || (this === Error && types.isNativeError(candidate));
  },
});
