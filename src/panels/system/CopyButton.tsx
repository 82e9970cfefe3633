import { useState } from 'react';
import { Button } from '../../ui/index.ts';

interface CopyButtonProps {
  readonly label: string;
  readonly text: () => string;
}

/** Puts a text into the clipboard and says whether that went well. */
export function CopyButton({ label, text }: CopyButtonProps) {
  const [told, setTold] = useState(label);
  const copy = (): void => {
    navigator.clipboard.writeText(text()).then(
      () => setTold('Copied'),
      (error: unknown) => setTold(`Not copied: ${String(error)}`),
    );
  };
  return <Button onClick={copy}>{told}</Button>;
}
