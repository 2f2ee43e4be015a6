package dev.weft.proxy.hostile;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which tests of this package run which numbers of the list of hostile inputs, through which pairs:
 * read from their names and from what provides their arguments.
 */
final class HostileRows {
  private static final Pattern NUMBER = Pattern.compile("^[Hh](\\d\\d)(?!\\d)");

  private static final Set<Pair> ALL = Set.of(Pair.values());

  private final Map<Integer, Map<String, Set<Pair>>> rows = new TreeMap<>();

  private HostileRows() {}

  static HostileRows ofPackage() throws Exception {
    HostileRows found = new HostileRows();
    for (Class<?> test : tests()) {
      for (Method method : test.getDeclaredMethods()) {
        found.read(test, method);
      }
    }
    return found;
  }

  private static List<Class<?>> tests() throws IOException, ReflectiveOperationException {
    Path folder =
        Path.of(HostileRows.class.getResource("HostileRows.class").getPath().replace("%20", " "));
    List<Class<?>> tests = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder.getParent())) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith("Test.class")) {
          tests.add(
              Class.forName(HostileRows.class.getPackageName() + "." + name.replace(".class", "")));
        }
      }
    }
    return tests;
  }

  private void read(Class<?> test, Method method) throws ReflectiveOperationException {
    ParameterizedTest parameterized = method.getAnnotation(ParameterizedTest.class);
    String called = test.getSimpleName() + "." + method.getName();
    if (method.isAnnotationPresent(Test.class)) {
      Through through = method.getAnnotation(Through.class);
      if (through != null) {
        Set<Pair> some = Set.of(through.value());
        add(number(method.getName(), called), called, some.isEmpty() ? ALL : some);
      } else if (NUMBER.matcher(method.getName()).find()) {
        throw new AssertionError(called + " does not say @Through which pairs it goes");
      }
      return;
    }
    if (parameterized == null || !List.of(method.getParameterTypes()).contains(Pair.class)) {
      return;
    }
    String name = parameterized.name();
    for (Object[] arguments : arguments(test, method)) {
      Pair pair = pair(arguments);
      String begins = name.startsWith("{0}") ? arguments[0].toString() : name;
      if (pair != null && NUMBER.matcher(begins).find()) {
        add(number(begins, called), called, Set.of(pair));
      }
    }
  }

  private static List<Object[]> arguments(Class<?> test, Method method)
      throws ReflectiveOperationException {
    if (method.isAnnotationPresent(EnumSource.class)) {
      return Pair.all().map(pair -> new Object[] {pair}).toList();
    }
    MethodSource source = method.getAnnotation(MethodSource.class);
    if (source == null) {
      return List.of();
    }
    String from = source.value()[0];
    int hash = from.indexOf('#');
    Class<?> owner = hash < 0 ? test : Class.forName(from.substring(0, hash));
    Method provider = owner.getDeclaredMethod(from.substring(hash + 1));
    provider.setAccessible(true);
    try {
      return ((Stream<?>) provider.invoke(null))
          .map(one -> one instanceof Arguments many ? many.get() : new Object[] {one})
          .toList();
    } catch (InvocationTargetException e) {
      throw new AssertionError(from + " needs what only a test has: " + e.getCause(), e);
    }
  }

  private static Pair pair(Object[] arguments) {
    return (Pair) Arrays.stream(arguments).filter(Pair.class::isInstance).findFirst().orElse(null);
  }

  private static int number(String begins, String called) {
    Matcher matcher = NUMBER.matcher(begins);
    if (!matcher.find()) {
      throw new AssertionError("no number in the name of " + called);
    }
    return Integer.parseInt(matcher.group(1));
  }

  private void add(int number, String called, Set<Pair> pairs) {
    rows.computeIfAbsent(number, none -> new TreeMap<>())
        .computeIfAbsent(called, none -> EnumSet.noneOf(Pair.class))
        .addAll(pairs);
  }

  /** The pairs of a number by the tests that run it. */
  Map<String, Set<Pair>> of(int number) {
    return rows.getOrDefault(number, Map.of());
  }

  /** The pairs of a number, whichever test runs them. */
  Set<Pair> pairs(int number) {
    Set<Pair> all = EnumSet.noneOf(Pair.class);
    of(number).values().forEach(all::addAll);
    return all;
  }
}
