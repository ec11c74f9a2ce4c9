import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icon.tsx';

interface EmptyStateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children: ComponentChildren;
}

/** What stands where nothing is yet: what would be here, and how it comes to be. */
export const EmptyState = ({ icon, title, children }: EmptyStateProps): JSX.Element => (
  <div class="empty">
    <Icon name={icon} />
    <h2>{title}</h2>
    {children}
  </div>
);
