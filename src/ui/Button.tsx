import type { ButtonHTMLAttributes } from 'react';
import './panel.css';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly variant?: 'plain' | 'primary' | 'quiet';
}

/** The page's button; give `aria-pressed` for a toggle and `aria-label` when it holds only an icon. */
export function Button({ variant = 'plain', type = 'button', className, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={className === undefined ? 'ui-button' : `ui-button ${className}`}
      data-variant={variant}
    />
  );
}
