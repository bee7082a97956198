package dev.mainstay.web.notice;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/** A notice in a list, with the number of its comments. */
record NoticeSummary(@JsonUnwrapped NoticeResource notice, long comments) {}
