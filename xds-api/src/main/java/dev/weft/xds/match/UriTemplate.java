package dev.weft.xds.match;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;

/**
 * A template of paths, as Envoy's URI template matcher has it: literals, {@code *} for one segment
 * or a part of it, {@code **} for any rest, {@code {name}} and {@code {name=pattern}} for
 * variables. Immutable.
 */
public final class UriTemplate {
  private static final int MAX_VARIABLES = 5;
  private static final int MAX_NAME = 16;
  private static final String LITERAL = "a-zA-Z0-9\\-._~%!$&'()+,;:@=";
  private static final String SEGMENT = "[" + LITERAL + "]+";
  private static final String REST = "[" + LITERAL + "/]*";

  private final String template;
  private final Pattern pattern;
  private final List<String> variables;

  private UriTemplate(String template, Pattern pattern, List<String> variables) {
    this.template = template;
    this.pattern = pattern;
    this.variables = List.copyOf(variables);
  }

  /**
   * Compiles a template.
   *
   * @throws IllegalArgumentException if it is none; the message says why
   */
  public static UriTemplate compile(String template) {
    Parser parser = new Parser(template);
    String regex = parser.parse();
    return new UriTemplate(template, Regexes.compile(regex), parser.variables);
  }

  /** Whether the whole of a path, without its query, is of this form. */
  public boolean matches(CharSequence path) {
    return pattern.matcher(path).matches();
  }

  /**
   * How paths of this form are rewritten.
   *
   * @param rewrite a path of literals and variables, each as {@code {name}}
   * @throws IllegalArgumentException if it is none, or names a variable that this has not
   */
  public Rewrite rewriteTo(String rewrite) {
    require(rewrite.startsWith("/"), rewrite, "must start with /");
    List<String> literals = new ArrayList<>();
    List<Integer> groups = new ArrayList<>();
    int at = 0;
    while (at < rewrite.length()) {
      int open = rewrite.indexOf('{', at);
      int end = open < 0 ? rewrite.length() : open;
      for (int i = at; i < end; i++) {
        char c = rewrite.charAt(i);
        require(c == '/' || isLiteral(c), rewrite, "has the character '" + c + "'");
      }
      literals.add(rewrite.substring(at, end));
      if (open < 0) {
        break;
      }
      int close = rewrite.indexOf('}', open);
      require(close > open, rewrite, "has a { without a }");
      String name = rewrite.substring(open + 1, close);
      int variable = variables.indexOf(name);
      require(
          variable >= 0,
          rewrite,
          "names the variable \"" + name + "\", which " + template + " has not");
      groups.add(variable + 1);
      at = close + 1;
    }
    require(!rewrite.contains("//"), rewrite, "has two slashes in a row");
    return new Rewrite(pattern, List.copyOf(literals), List.copyOf(groups));
  }

  static boolean isLiteral(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || "-._~%!$&'()+,;:@=".indexOf(c) >= 0;
  }

  private static void require(boolean condition, String template, String reason) {
    if (!condition) {
      throw new IllegalArgumentException("the path template \"" + template + "\" " + reason);
    }
  }

  /** Rewrites the paths of a template. */
  public static final class Rewrite {
    private final Pattern pattern;

    /** One before each variable, and one at the end where something follows the last. */
    private final List<String> literals;

    private final List<Integer> groups;

    private Rewrite(Pattern pattern, List<String> literals, List<Integer> groups) {
      this.pattern = pattern;
      this.literals = literals;
      this.groups = groups;
    }

    /** The new path; the old one if it is not of the template's form. */
    public String apply(CharSequence path) {
      Matcher matcher = pattern.matcher(path);
      if (!matcher.matches()) {
        return path.toString();
      }
      StringBuilder rewritten = new StringBuilder();
      for (int i = 0; i < literals.size(); i++) {
        rewritten.append(literals.get(i));
        if (i < groups.size()) {
          rewritten.append(matcher.group(groups.get(i)));
        }
      }
      return rewritten.toString();
    }
  }

  private static final class Parser {
    private final String template;
    private final List<String> variables = new ArrayList<>();
    private final StringBuilder regex = new StringBuilder();
    private int at;
    private boolean rest;

    Parser(String template) {
      this.template = template;
    }

    String parse() {
      require(template.startsWith("/"), template, "must start with /");
      require(!template.contains("//"), template, "has two slashes in a row");
      while (at < template.length()) {
        if (template.charAt(at) == '{') {
          variable();
        } else {
          part("{");
        }
      }
      return regex.toString();
    }

    /** Literals and operators up to one of these characters. */
    private void part(String until) {
      while (at < template.length() && until.indexOf(template.charAt(at)) < 0) {
        char c = template.charAt(at);
        if (c == '*') {
          operator();
        } else {
          require(c == '/' || isLiteral(c), template, "has the character '" + c + "'");
          regex.append(Pattern.quote(String.valueOf(c)));
          at++;
        }
      }
    }

    private void operator() {
      boolean all = template.startsWith("**", at);
      require(!rest, template, "has another operator after **");
      regex.append(all ? REST : SEGMENT);
      rest = all;
      at += all ? 2 : 1;
      require(
          at == template.length() || template.charAt(at) != '*' && template.charAt(at) != '{',
          template,
          "has two operators in a row");
    }

    private void variable() {
      at++;
      int start = at;
      while (at < template.length() && isNamed(template.charAt(at))) {
        at++;
      }
      String name = template.substring(start, at);
      require(
          !name.isEmpty() && Character.isLetter(name.charAt(0)) && name.length() <= MAX_NAME,
          template,
          "needs names of 1 to " + MAX_NAME + " letters, digits and _, a letter first");
      require(!variables.contains(name), template, "has the variable " + name + " twice");
      variables.add(name);
      require(
          variables.size() <= MAX_VARIABLES,
          template,
          "has more than " + MAX_VARIABLES + " variables");
      regex.append('(');
      if (at < template.length() && template.charAt(at) == '=') {
        at++;
        int pattern = at;
        part("{}");
        require(at > pattern, template, "has a variable with an empty pattern");
      } else {
        require(!rest, template, "has another operator after **");
        regex.append(SEGMENT);
      }
      require(
          at < template.length() && template.charAt(at) == '}', template, "has a { without a }");
      at++;
      require(
          at == template.length() || template.charAt(at) != '*' && template.charAt(at) != '{',
          template,
          "has two operators in a row");
      regex.append(')');
    }

    private static boolean isNamed(char c) {
      return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
    }
  }
}
