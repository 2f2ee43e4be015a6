package dev.weft.proxy.hostile;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Which pairs a test goes through that takes none as its argument; all of them if it says none. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Through {
  Pair[] value() default {};
}
