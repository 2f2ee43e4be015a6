package dev.weft.control.store;

import java.time.Instant;

/**
 * A change of the configuration.
 *
 * @param author who applied it
 * @param cause what it came from, such as {@code apply} or {@code rollback to 7}
 * @param changes how many resources it touched
 */
public record Revision(long number, Instant at, String author, String cause, int changes) {}
