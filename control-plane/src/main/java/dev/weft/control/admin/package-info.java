/** The REST interface of the control plane, and the views of the running mesh it is fed by. */
@NullMarked
package dev.weft.control.admin;

import org.jspecify.annotations.NullMarked;
