/**
 * The mesh's certificate authority, join tokens, and the service that issues workload certificates.
 */
@NullMarked
package dev.weft.control.identity;

import org.jspecify.annotations.NullMarked;
