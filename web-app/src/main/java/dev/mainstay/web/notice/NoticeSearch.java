package dev.mainstay.web.notice;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.stereotype.Repository;

/**
 * Finds notices by the words in them, the newest first.
 *
 * <p>With {@code LIKE}, not with a full-text index: docs/decisions/0006-search-with-like.md.
 */
@Repository
class NoticeSearch {

  private final EntityManager entities;

  NoticeSearch(EntityManager entities) {
    this.entities = entities;
  }

  List<Notice> newest(SearchTerms terms, Paging paging) {
    var query =
        entities.createQuery(
            "select n from Notice n" + where(terms) + " order by n.createdAt desc, n.id desc",
            Notice.class);
    bind(terms, query);
    return query.setFirstResult(paging.offset()).setMaxResults(paging.size()).getResultList();
  }

  /** How many there are, counted up to {@link Paging#DEPTH}. */
  int count(SearchTerms terms) {
    // In SQL: what Hibernate makes of such a subselect in HQL is understood by MySQL only.
    var query =
        entities.createNativeQuery(
            "select count(*) from (select 1 from notice n"
                + where(terms)
                + " limit "
                + Paging.DEPTH
                + ") counted",
            Long.class);
    bind(terms, query);
    return Math.toIntExact((Long) query.getSingleResult());
  }

  private static String where(SearchTerms terms) {
    return terms.isEmpty()
        ? ""
        : IntStream.range(0, terms.words().size())
            .mapToObj(
                i ->
                    "(n.title like :word%1$d escape '%2$s' or n.body like :word%1$d escape '%2$s')"
                        .formatted(i, SearchTerms.ESCAPE))
            .collect(Collectors.joining(" and ", " where ", ""));
  }

  private static void bind(SearchTerms terms, Query query) {
    List<String> patterns = terms.patterns();
    for (int i = 0; i < patterns.size(); i++) {
      query.setParameter("word" + i, patterns.get(i));
    }
  }
}
