/** Who may do what: role-based access control of requests. */
@NullMarked
package dev.weft.proxy.filter.access;

import org.jspecify.annotations.NullMarked;
