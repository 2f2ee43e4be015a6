/** Lines about exchanges: what is in them, which exchanges get one, and where they go. */
@NullMarked
package dev.weft.proxy.accesslog;

import org.jspecify.annotations.NullMarked;
