import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Ordinary work with the JDBC driver. Prints one JSON object: what each step gave.
 *
 * <p>usage: java JdbcSession JDBC_URL USER PASSWORD work|refused|masked
 */
public final class JdbcSession {
  private static final Map<String, Object> steps = new LinkedHashMap<>();

  public static void main(String[] words) throws Exception {
    try (Connection connection = DriverManager.getConnection(words[0], words[1], words[2])) {
      switch (words[3]) {
        case "work" -> work(connection);
        case "refused" -> refused(connection);
        default -> masked(connection);
      }
    }
    System.out.println(json(steps));
  }

  private static void work(Connection c) throws Exception {
    try (PreparedStatement s =
        c.prepareStatement(
            "SELECT ?::boolean, ?::int, ?::bigint, ?::float8, ?::numeric, ?::text, ?::bytea, ?::date,"
                + " ?::timestamptz, ?::uuid, ?::jsonb, ?::int[], ?::text")) {
      s.setBoolean(1, true);
      s.setInt(2, 7);
      s.setLong(3, 1L << 40);
      s.setDouble(4, 1.5);
      s.setBigDecimal(5, new BigDecimal("12345.6789"));
      s.setString(6, "Zo\u00eb 'quoted' \u732b");
      s.setBytes(7, new byte[] {0, 1, -1});
      s.setObject(8, LocalDate.of(2024, 2, 29));
      s.setObject(9, OffsetDateTime.of(2024, 2, 29, 1, 2, 3, 456789000, ZoneOffset.UTC));
      s.setObject(10, new UUID(0, 5));
      s.setString(11, "{\"a\": [1, null]}");
      s.setArray(12, c.createArrayOf("int4", new Integer[] {1, 2, 3}));
      s.setString(13, null);
      // after the fifth execution the driver prepares on the server and asks for binary
      for (int i = 0; i < 8; i++) {
        steps.put("types " + i, rows(s.executeQuery()));
      }
    }
    List<Object> prepared = new ArrayList<>();
    try (PreparedStatement s = c.prepareStatement("SELECT name, price, at FROM items WHERE id = ?")) {
      for (int i = 1; i < 12; i++) {
        s.setInt(1, i);
        prepared.add(rows(s.executeQuery()));
      }
    }
    steps.put("prepared", prepared);
    c.setAutoCommit(false);
    execute(c, "UPDATE items SET name = 'changed' WHERE id = 1");
    var point = c.setSavepoint();
    execute(c, "DELETE FROM items WHERE id = 1");
    c.rollback(point);
    c.commit();
    failing(c, "SELECT 1/0");
    steps.put("failed transaction", failing(c, "SELECT 1"));
    c.rollback();
    try (Statement s = c.createStatement()) {
      s.setFetchSize(100);
      long total = 0;
      ResultSet found = s.executeQuery("SELECT id FROM items WHERE id <= 1000 ORDER BY id");
      while (found.next()) {
        total += found.getInt(1);
      }
      steps.put("cursor", total);
    }
    c.commit();
    c.setAutoCommit(true);
    steps.put("transaction", query(c, "SELECT name FROM items WHERE id = 1"));
    steps.put("unique", failing(c, "INSERT INTO items (id, name) VALUES (1, 'x')"));
    steps.put("syntax", failing(c, "SELECT * FORM items"));
    steps.put("missing", failing(c, "SELECT nothing FROM items"));
    var copy = c.unwrap(PGConnection.class).getCopyAPI();
    steps.put(
        "copied in",
        copy.copyIn("COPY items (id, name) FROM STDIN", new StringReader("2001\tone\n2002\ttwo\n")));
    StringWriter out = new StringWriter();
    copy.copyOut("COPY (SELECT id, name FROM items WHERE id > 2000 ORDER BY id) TO STDOUT", out);
    steps.put("copied out", out.toString());
    try (PreparedStatement s = c.prepareStatement("INSERT INTO items (id, name) VALUES (?, ?)")) {
      for (int i = 0; i < 10; i++) {
        s.setInt(1, 3000 + i);
        s.setString(2, "batch");
        s.addBatch();
      }
      steps.put("batch", Arrays.stream(s.executeBatch()).sum());
    }
    try (PreparedStatement s =
        c.prepareStatement(
            "INSERT INTO items (id, name) VALUES (?, 'generated')", Statement.RETURN_GENERATED_KEYS)) {
      s.setInt(1, 4000);
      s.executeUpdate();
      s.getGeneratedKeys().next();
      steps.put("generated", s.getGeneratedKeys().getMetaData().getColumnCount());
    }
    steps.put("columns", columns(c));
    try (Statement s = c.createStatement()) {
      Thread canceller =
          new Thread(
              () -> {
                try {
                  Thread.sleep(500);
                  s.cancel();
                } catch (InterruptedException | SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      canceller.start();
      long before = System.nanoTime();
      try {
        s.execute("SELECT pg_sleep(20)");
        steps.put("cancelled", "no");
      } catch (PSQLException e) {
        steps.put("cancelled", problem(e));
      }
      canceller.join();
      steps.put("cancelled soon", System.nanoTime() - before < 5_000_000_000L);
    }
    largeObject(c);
    notifications(c);
    steps.put("several results", severalResults(c));
    steps.put("and on", query(c, "SELECT count(*) FROM items"));
  }

  /** The driver does this with FunctionCall messages. */
  private static void largeObject(Connection c) throws SQLException {
    c.setAutoCommit(false);
    var objects = c.unwrap(PGConnection.class).getLargeObjectAPI();
    long oid = objects.createLO(LargeObjectManager.READWRITE);
    byte[] written = new byte[200_000];
    for (int i = 0; i < written.length; i++) {
      written[i] = (byte) (i * 31);
    }
    LargeObject object = objects.open(oid, LargeObjectManager.READWRITE);
    object.write(written);
    object.seek(100_000);
    object.truncate(150_000);
    byte[] read = object.read(100_000);
    object.close();
    boolean same = Arrays.equals(read, Arrays.copyOfRange(written, 100_000, 150_000));
    steps.put("large object", List.of(read.length, same));
    objects.delete(oid);
    c.commit();
    try {
      objects.open(oid);
      steps.put("large object deleted", "no");
    } catch (PSQLException e) {
      steps.put("large object deleted", e.getSQLState());
    }
    c.rollback();
    c.setAutoCommit(true);
  }

  private static void notifications(Connection c) throws SQLException {
    execute(c, "LISTEN jdbc");
    execute(c, "NOTIFY jdbc, 'one'");
    execute(c, "NOTIFY jdbc, 'two'");
    List<Object> heard = new ArrayList<>();
    for (var notification : c.unwrap(PGConnection.class).getNotifications(5000)) {
      heard.add(notification.getName() + " " + notification.getParameter());
    }
    steps.put("notified", heard);
    execute(c, "UNLISTEN *");
  }

  private static List<Object> severalResults(Connection c) throws SQLException {
    List<Object> results = new ArrayList<>();
    try (Statement s = c.createStatement()) {
      boolean isRows = s.execute("SELECT 1; UPDATE items SET name = name WHERE id < 4; SELECT 2, 3");
      while (isRows || s.getUpdateCount() != -1) {
        results.add(isRows ? rows(s.getResultSet()) : s.getUpdateCount());
        isRows = s.getMoreResults();
      }
    }
    return results;
  }

  private static void refused(Connection c) throws Exception {
    steps.put("refused", failing(c, "DROP TABLE items"));
    steps.put("goes on", query(c, "SELECT count(*) FROM items"));
    c.setAutoCommit(false);
    execute(c, "UPDATE items SET name = 'gone' WHERE id = 2");
    steps.put("in a transaction", failing(c, "DROP TABLE items"));
    steps.put("which is failed", failing(c, "SELECT 1"));
    c.rollback();
    steps.put("rolled back", query(c, "SELECT name FROM items WHERE id = 2"));
    c.commit();
    c.setAutoCommit(true);
    try (Statement s = c.createStatement()) {
      s.addBatch("UPDATE items SET name = 'batched' WHERE id = 3");
      s.addBatch("DROP TABLE items");
      s.executeBatch();
    } catch (SQLException e) {
      steps.put("pipelined", List.of(e.getSQLState()));
    }
    steps.put("goes on after", query(c, "SELECT 4"));
  }

  private static void masked(Connection c) throws Exception {
    steps.put("text", query(c, "SELECT email FROM people WHERE id = 3"));
    try (PreparedStatement s = c.prepareStatement("SELECT email FROM people WHERE id = ?")) {
      s.setInt(1, 3);
      for (int i = 0; i < 8; i++) {
        steps.put("prepared " + i, rows(s.executeQuery()));
      }
    }
    c.setAutoCommit(false);
    try (Statement s = c.createStatement()) {
      s.setFetchSize(2);
      steps.put("fetch size", rows(s.executeQuery("SELECT email FROM people WHERE id < 6")));
    }
    c.commit();
  }

  private static Object columns(Connection c) throws SQLException {
    List<Object> names = new ArrayList<>();
    ResultSet found = c.getMetaData().getColumns(null, "public", "items", null);
    while (found.next()) {
      names.add(found.getString("COLUMN_NAME") + " " + found.getString("TYPE_NAME"));
    }
    return names;
  }

  private static void execute(Connection c, String sql) throws SQLException {
    try (Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }

  private static Object query(Connection c, String sql) throws SQLException {
    try (Statement s = c.createStatement()) {
      return rows(s.executeQuery(sql));
    }
  }

  private static Object failing(Connection c, String sql) throws SQLException {
    try {
      execute(c, sql);
      return "no error";
    } catch (PSQLException e) {
      return problem(e);
    }
  }

  private static Object problem(PSQLException e) {
    ServerErrorMessage m = e.getServerErrorMessage();
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("sqlstate", e.getSQLState());
    if (m != null) {
      said.put("severity", m.getSeverity());
      said.put("message", m.getMessage());
      said.put("detail", m.getDetail());
      said.put("hint", m.getHint());
      said.put("position", m.getPosition());
      said.put("table", m.getTable());
      said.put("constraint", m.getConstraint());
    }
    return said;
  }

  private static Object rows(ResultSet found) throws SQLException {
    List<Object> rows = new ArrayList<>();
    int width = found.getMetaData().getColumnCount();
    while (found.next()) {
      List<Object> row = new ArrayList<>();
      for (int i = 1; i <= width; i++) {
        Object value = found.getObject(i);
        if (value instanceof byte[] bytes) {
          value = HexFormat.of().formatHex(bytes);
        } else if (value instanceof Array array) {
          value = Arrays.asList((Object[]) array.getArray());
        }
        row.add(value);
      }
      rows.add(row);
    }
    return rows;
  }

  private static String json(Object value) {
    if (value instanceof Map<?, ?> map) {
      List<String> parts = new ArrayList<>();
      map.forEach((key, item) -> parts.add(json(key) + ":" + json(item)));
      return "{" + String.join(",", parts) + "}";
    }
    if (value instanceof List<?> list) {
      return "[" + String.join(",", list.stream().map(JdbcSession::json).toList()) + "]";
    }
    if (value == null || value instanceof Boolean || value instanceof Integer || value instanceof Long) {
      return String.valueOf(value);
    }
    StringBuilder text = new StringBuilder("\"");
    for (char letter : value.toString().toCharArray()) {
      if (letter == '"' || letter == '\\') {
        text.append('\\').append(letter);
      } else if (letter < ' ') {
        text.append(String.format("\\u%04x", (int) letter));
      } else {
        text.append(letter);
      }
    }
    return text.append('"').toString();
  }
}
