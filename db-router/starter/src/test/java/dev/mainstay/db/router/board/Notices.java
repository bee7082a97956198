package dev.mainstay.db.router.board;

import org.springframework.data.jpa.repository.JpaRepository;

public interface Notices extends JpaRepository<Notice, Long> {}
