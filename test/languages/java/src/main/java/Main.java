import dev.restate.sdk.endpoint.Endpoint;
import dev.restate.sdk.http.vertx.RestateHttpServer;

/** The services that the programs of all languages have in common; ../driver.ts drives them. */
public class Main {
  public static void main(String[] args) {
    RestateHttpServer.listen(
        Endpoint.bind(new Workbench()).bind(new Ledger()).bind(new Approval()).bind(new Trip()),
        Integer.parseInt(System.getenv("PORT")));
  }
}
