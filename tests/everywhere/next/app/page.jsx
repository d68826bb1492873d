'use client';

import * as library from 'ductape-models';
import { useEffect } from 'react';
import { alone } from '../../alone.mjs';

export default function Page() {
  useEffect(() => {
    alone(library).then((tally) => {
      globalThis.told = JSON.stringify(tally);
    });
  }, []);
  return <p>The package in a component of a page.</p>;
}
